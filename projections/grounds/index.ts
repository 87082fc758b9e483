export { employersOf, homeRegion, homeRegions, mergedPeople, regionsOf } from './named';
export { namedInMerges, onePerson, readOnePerson, unreadOfOnePerson, type OnePerson } from './one-person';
export { FOREVER, UnknownRegion, groundsFrom, knownStreams, type KnownStreams, type Wanted } from './grounds';
