export { cny, compareShares, halfUp, percentOf, plus, shareOf, times, truncated, yuan, type Share } from './fen';
