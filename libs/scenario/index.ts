export { disagreements, inWords, type Disagreement } from './agreement';
export { runScenario, runScenarioText, scenarioFiles, type Engine, type Expectation } from './run';
export { coveringCases, type CoveringCase } from './covering-cases';
export { UnreadableScenario } from './yaml-source';
