export { regionsNamed } from './event-regions';
export { holdsRole, isRole, roles, type Principal, type Role } from './principal';
export { covers, mayReach, mayReachOne } from './regions';
