import { ageOn, dayNumber, toDay } from '../calendar';
import type { Participation, Scheme } from '../../events';
import { refuse, type Refused } from './decision';
import type { Findings } from './findings';
import { samePool, type Situation } from './situation';

interface Place {
  scheme: Scheme;
  region: string;
  participation?: Participation;
}

/** Where a person belongs on the day, as far as anyone has said. */
interface Residence {
  household?: string;
  permit?: string;
  permitThrough?: string;
}

function residenceOn(at: Situation): Residence {
  const residence: Residence = {};
  for (const { day, data } of at.inquiry.facts('ResidenceChanged')) {
    if (day > at.on) continue;
    if (data.household !== undefined) residence.household = data.household;
    if (data.residencePermit !== undefined) {
      residence.permit = data.residencePermit;
      residence.permitThrough = data.permitValidThrough;
    } else if (data.permitValidThrough !== undefined) residence.permitThrough = data.permitValidThrough;
  }
  return residence;
}

function holdsPermit({ permit, permitThrough }: Residence, region: string, at: Situation): boolean {
  return samePool(permit, region) && (permitThrough === undefined || dayNumber(permitThrough) >= at.on);
}

/** XA-6.2: a resident's place is that of the household or of the residence permit; a student's is the school's. */
export function placeMustMatch(
  { scheme, region, participation }: Place,
  at: Situation,
  findings: Findings,
): Refused | undefined {
  if (scheme !== 'resident' || participation === 'student') return undefined;
  const rule = at.inquiry.read('resident.placeMustMatch', region, at.on);
  if (!rule.known) return undefined;
  const residence = residenceOn(at);
  const matches = rule.value.some((by) =>
    by === 'household' ? samePool(residence.household, region) : holdsPermit(residence, region, at),
  );
  if (matches) return undefined;
  if (residence.household === undefined) {
    findings.doubts(rule.rule, {
      zh: '未登记户籍地和居住证所在地，参保地是否相符请核实。',
      en: 'Neither household nor residence permit is on record; whether the place fits must be checked.',
    });
    return undefined;
  }
  return refuse(
    rule.rule,
    {
      zh: '参保地须与户籍地或有效居住证所在地中的一项相同。',
      en: 'The place of enrollment must be that of the household or of a valid residence permit.',
    },
    {
      details: {
        region,
        household: residence.household,
        ...(residence.permit === undefined ? {} : { residencePermit: residence.permit }),
        ...(residence.permitThrough === undefined ? {} : { permitValidThrough: residence.permitThrough }),
      },
    },
  );
}

/** TL-1.2: who is not of the place joins as a resident by residence permit and without employment, as a flexible worker within working age. */
export function nonLocal(
  { scheme, region, participation }: Place,
  at: Situation,
  findings: Findings,
): Refused | undefined {
  const residence = residenceOn(at);
  if (residence.household === undefined || samePool(residence.household, region)) return undefined;
  const rule = at.inquiry.read('registration.nonLocal', region, at.on);
  if (!rule.known) return undefined;

  if (scheme === 'resident' && participation !== 'student' && participation !== 'newborn') {
    if (!holdsPermit(residence, region, at)) {
      return refuse(
        rule.rule,
        {
          zh: '非本地户籍人员须持有效居住证参加居民医保。',
          en: 'A person of another household place joins the resident scheme by a valid residence permit.',
        },
        { details: { household: residence.household } },
      );
    }
    const employed = employment(at);
    if (employed !== undefined) {
      return refuse(
        rule.rule,
        {
          zh: '已与用人单位建立劳动关系，不能持居住证参加居民医保。',
          en: 'A person with a labour relation does not join the resident scheme by residence permit.',
        },
        { details: { employedSince: toDay(employed) } },
      );
    }
  }
  return participation === 'flexible' ? workingAge(rule.rule, region, at, findings) : undefined;
}

/** Start of an employment that has not ended by the day. */
function employment(at: Situation): number | undefined {
  const ended = at.inquiry.facts('EmploymentEnded');
  return at.inquiry
    .facts('EmploymentStarted')
    .filter(({ day, data }) => day <= at.on && data.kind === 'fullTime')
    .find(
      ({ day, data }) =>
        !ended.some((end) => end.data.employerId === data.employerId && end.day >= day && end.day < at.on),
    )?.day;
}

function workingAge(rule: string, region: string, at: Situation, findings: Findings): Refused | undefined {
  const identified = at.inquiry.facts('Identified');
  const birthDate = identified.findLast(({ data }) => data.birthDate !== undefined)?.data.birthDate;
  const sex = identified.findLast(({ data }) => data.sex !== undefined)?.data.sex;
  const through = sex === undefined ? undefined : at.inquiry.referenceNumber(`workingAgeThrough.${sex}`, region, at.on);
  if (birthDate === undefined || through === undefined) {
    findings.doubts(rule, {
      zh: '灵活就业参保须在国家规定的劳动年龄内，年龄或上限未登记，请核实。',
      en: 'Flexible participation is open within working age; the age or its limit is not on record.',
    });
    return undefined;
  }
  const age = ageOn(dayNumber(birthDate), at.on);
  if (age <= through) return undefined;
  return refuse(
    rule,
    {
      zh: '已超过国家规定的劳动年龄，不能以灵活就业人员身份参保。',
      en: 'Past the working age, a person of another household place does not join as a flexible worker.',
    },
    { details: { workingAgeThrough: through } },
  );
}
