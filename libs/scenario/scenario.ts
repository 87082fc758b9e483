import { readYaml, shown, type Place } from './yaml-source';

/** One set of given events with what is asked of it: a scenario itself, or one of its variants. */
export interface Case {
  file: string;
  scenario: string;
  title: string;
  /** The title of the variant; absent for the scenario itself. */
  variant?: string;
  region: string;
  rules: string[];
  reference: Place;
  people: Place;
  /** Names that items may use beside those of `people`: a variant's given may still name the scenario's. */
  otherPeople: string[];
  given: Place[];
  then: Place[];
  decide: Place[];
}

const SCENARIO_KEYS = [
  'scenario',
  'title',
  'region',
  'rules',
  'reference',
  'people',
  'given',
  'then',
  'variants',
  'decide',
  'tag',
  'note',
];
const VARIANT_KEYS = ['title', 'reference', 'people', 'without', 'given', 'then', 'decide', 'rules', 'tag', 'note'];

/** The cases of a scenario file, in order: each scenario of it, then its variants. Throws `UnreadableScenario`. */
export function readCases(file: string, text: string): Case[] {
  return readYaml(file, text).flatMap((root) => casesOf(file, root));
}

function casesOf(file: string, root: Place): Case[] {
  if (root.absent) root.fail('holds no scenario');
  root.only('a scenario', SCENARIO_KEYS);
  const base: Case = {
    file,
    scenario: root.at('scenario').text('scenario'),
    title: root.at('title').absent ? '' : root.at('title').text('title'),
    region: regionOf(root.at('region')),
    rules: rulesOf(root),
    reference: root.at('reference'),
    people: root.at('people'),
    otherPeople: [],
    given: root.at('given').items('given'),
    then: root.at('then').items('then'),
    decide: root.at('decide').items('decide'),
  };
  const variants = root
    .at('variants')
    .items('variants')
    .map((variant) => variantOf(base, variant));
  if ([base, ...variants].every(({ then, decide }) => then.length + decide.length === 0)) {
    root.fail('asks nothing: expected items in then, decide or variants');
  }
  return [base, ...variants];
}

function variantOf(base: Case, place: Place): Case {
  place.only('a variant', VARIANT_KEYS);
  const without = new Set(
    place
      .at('without')
      .items('without')
      .map((item) => indexOf(item, base.given)),
  );
  const { reference, people } = base;
  const variant: Case = {
    ...base,
    variant: place.at('title').absent ? `line ${place.line}` : place.at('title').text('title'),
    reference: place.at('reference').absent ? reference : place.at('reference'),
    people: place.at('people').absent ? people : place.at('people'),
    otherPeople: place.at('people').absent ? [] : people.keys('people'),
    given: [...base.given.filter((_, index) => !without.has(index)), ...place.at('given').items('given')],
    then: place.at('then').items('then'),
    decide: place.at('decide').items('decide'),
    rules: [...base.rules, ...rulesOf(place)],
  };
  if (variant.then.length + variant.decide.length === 0)
    place.fail('the variant asks nothing: expected then or decide');
  return variant;
}

function rulesOf(place: Place): string[] {
  return place
    .at('rules')
    .items('rules')
    .map((rule) => rule.text('a rule'));
}

/** The place in `given` that an item of `without` names: its number from 0, or its label. */
function indexOf(item: Place, given: readonly Place[]): number {
  const { value } = item;
  const index =
    typeof value === 'string' ? given.findIndex((event) => event.at('id').value === value) : (value as number);
  if (Number.isInteger(index) && index >= 0 && index < given.length) return index;
  return item.fail(`without: ${shown(value)} is no event of given; expected 0 to ${given.length - 1}`);
}

function regionOf(place: Place): string {
  const region = place.text('region');
  return /^\d{6}$/.test(region) ? region : place.fail(`region: expected six digits, got ${shown(region)}`);
}
