import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { dayOfInstant } from '../../../libs/calendar';
import { instantOf } from '../../../libs/ledger';
import { LoadedPolicies, showInForce, type KeyInForce, type LoadedPack } from '../../../libs/policy';
import { Allows, Scoped } from '../access';
import { regionIn } from '../http/edge-validation';
import { Problem } from '../http/problem';
import { Optional, QuestionDay } from '../http/query-fields';
import { ApiAnswers, ApiProblems } from '../openapi/responses';
import { EXAMPLE_REGION } from '../openapi/schema';

/** A pack by its name and time, without its rules. */
type PackSummary = Pick<
  LoadedPack,
  'id' | 'version' | 'region' | 'parent' | 'name' | 'effectiveFrom' | 'effectiveThrough' | 'schemes' | 'sourceStatus' | 'sha256'
>;

/** A pack as it rules on a day: what it inherits is in it. */
type PackInForce = PackSummary &
  Pick<LoadedPack, 'rules' | 'readings' | 'outside'> & {
    on: string;
    /** Each key of the law with its value, or why it has none; the national pack rules through the regions' alone. */
    keys?: KeyInForce[];
  };

class PolicyQuery {
  /** The day on which the pack is in force; left out: today in China. */
  @Optional()
  @QuestionDay()
  on?: string;
}

@ApiTags('policies')
@Allows('clerk', 'supervisor', 'auditor', 'integrator')
@Scoped('none')
@Controller('v1/policies')
export class PoliciesController {
  constructor(private readonly policies: LoadedPolicies) {}

  @Get()
  @ApiOperation({ operationId: 'listPolicies', summary: 'Every policy pack that is loaded' })
  @ApiAnswers(200, 'PolicyList', 'The packs, by region and first day.')
  list(): { policies: PackSummary[] } {
    const key = ({ region, effectiveFrom }: LoadedPack) => `${region} ${effectiveFrom}`;
    const packs = [...this.policies.packs].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    return { policies: packs.map(summary) };
  }

  @Get(':region')
  @ApiOperation({ operationId: 'showPolicy', summary: 'The pack that rules a region on a day: its values, rules and readings' })
  @ApiParam({ name: 'region', description: 'Six digits; a region without a pack of its own is ruled by the one above it', example: EXAMPLE_REGION })
  @ApiQuery({ name: 'on', required: false, description: 'The day; left out: today in China', example: '2022-11-05' })
  @ApiAnswers(200, 'Policy', 'The pack in force, with all that it inherits.')
  @ApiProblems('invalid-input', 'no-policy')
  show(@Param('region') path: string, @Query() query: PolicyQuery): PackInForce {
    const national = this.policies.national() as LoadedPack | undefined;
    const region = path === national?.region ? path : regionIn(path);
    const { on = dayOfInstant(instantOf(Date.now())) } = query;
    const { pack, keys } = region === national?.region ? { pack: national } : showInForce(this.policies, region, on);
    if (!pack) {
      throw new Problem('no-policy', `No pack rules the region ${region} on ${on}; /v1/policies lists those there are.`);
    }
    const { rules, readings, outside } = pack;
    return { ...summary(pack), on, ...(keys ? { keys } : {}), rules, readings, outside };
  }
}

function summary(pack: LoadedPack): PackSummary {
  const { id, version, region, parent, name, effectiveFrom, effectiveThrough, schemes, sourceStatus, sha256 } = pack;
  return { id, version, region, parent, name, effectiveFrom, effectiveThrough, schemes, sourceStatus, sha256 };
}
