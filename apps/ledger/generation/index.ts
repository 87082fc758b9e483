export { addGenerate } from './generate-command';
