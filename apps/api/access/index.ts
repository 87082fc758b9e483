export { AccessGuard } from './access.guard';
export { Allows, AllowsAnyone, Scoped, type Scope } from './allows';
export { Belonging } from './belonging';
export { Caller, callerOf } from './caller';
export { outOfReach, regionsFor, unknownToCaller } from './refusals';
export { routesOf, type Route } from './routes';
