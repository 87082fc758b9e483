export { disagreements, inWords, type Disagreement } from './agreement';
export { runScenario, runScenarioText, scenarioFiles, type Engine, type Expectation } from './run';
export { UnreadableScenario } from './yaml-source';
