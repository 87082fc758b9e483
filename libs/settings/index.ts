export { engineIn, type Engine } from './engine';
export { logLevels, type LogLevel } from './log-level';
export { InvalidSettings, SettingsReader, type Environment, type SettingFault } from './reader';
export { installation, placeNames, readPlaces, type Places, type StoreSetting } from './places';
export { projectingNames, readProjecting, type ProjectingSettings } from './projecting';
