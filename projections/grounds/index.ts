export { employersOf, homeRegion, mergedPeople, regionsOf } from './named';
export { FOREVER, UnknownRegion, groundsFrom, knownStreams, type KnownStreams, type Wanted } from './grounds';
