export { UnknownKey, WrongKey, type KeyService, type WrappedKey } from './key-service';
export { LocalKeys, addKey, keepKeyFile } from './local-keys';
