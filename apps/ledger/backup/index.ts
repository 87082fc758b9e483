export { addBackup } from './backup-command';
export { addRestore } from './restore-command';
