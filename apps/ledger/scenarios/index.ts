export { addScenario } from './scenario-command';
