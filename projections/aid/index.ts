export { aidHeld, aidOn, type AidHeld } from './aid';
