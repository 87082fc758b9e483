export { addVault } from './vault-command';
