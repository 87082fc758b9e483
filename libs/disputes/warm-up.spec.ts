import { loadPoliciesOrThrow } from '../policy';
import { Policies } from '../policy/evaluation';
import { warmUp } from './warm-up';

describe('warming up before the first difference is asked for', () => {
  it('goes on for as long as it is wanted, and gives way between two differences', async () => {
    let rounds = 0;
    let others = 0;
    const other = setInterval(() => others++, 0);
    await warmUp(loadPoliciesOrThrow('policies'), () => rounds++ < 4);
    clearInterval(other);
    expect(rounds).toBe(5);
    expect(others).toBeGreaterThan(1);
  });

  it('needs a pack of some region', async () => {
    await warmUp(new Policies([]), () => {
      throw new Error('there is nothing to compare');
    });
  });
});
