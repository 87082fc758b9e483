import type { Command } from 'commander';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  checkPolicies,
  coverageMarkdown,
  describeFault,
  diffPacks,
  findPack,
  readRuleIds,
  ruleCoverage,
  scaffold,
  showInForce,
  writeSchemaFile,
  type LoadedPack,
  type LoadedPolicies,
} from '../../../libs/policy';
import { instantOf } from '../../../libs/ledger';
import { UnreadableScenario, coveringCases } from '../../../libs/scenario';
import { isRegionCode } from '../../../events';
import { installationFolder, openPolicies, policiesFolder } from '../installation';
import { dayIn } from '../option-values';
import { inForcePage } from '../pages';
import { BadInput, addCommand, printedJson, type OutputOptions, type Terminal } from '../terminal';

interface Options extends OutputOptions {
  policies?: string;
}

const FOLDER = ['--policies <folder>', 'policy packs other than the ledger’s own'] as const;

/** `ledger policy …`: the policy officer's tools. */
export function addPolicy(program: Command, terminal: Terminal): void {
  const policy = program.command('policy').description('policy packs: check, show, compare, begin, cover');
  addCheck(policy, terminal);
  addShow(policy, terminal);
  addDiff(policy, terminal);
  addNew(policy, terminal);
  addCoverage(policy, terminal);
  addSchema(policy, terminal);
}

/** Status 1 where a pack has an error. */
function addCheck(policy: Command, terminal: Terminal): void {
  addCommand<Options>(
    policy,
    'check [folder]',
    'everything there is to say against the packs, by file and line',
    (command) => command.option(...FOLDER),
    ([folder], options) => {
      const { policies, faults, errors, warnings, silent } = checkPolicies(existing(folder ?? policiesFolder(options.policies)));
      if (options.json) {
        terminal.out(printedJson({ packs: policies.packs.map(({ file, sha256 }) => ({ file, sha256 })), errors, warnings, faults, silent }));
      } else {
        for (const fault of faults) terminal.err(`${describeFault(fault)}\n`);
        for (const { file, families } of silent) {
          const open = families.map(({ family, keys, of }) => `${family} ${keys.length}/${of}`).join(', ');
          terminal.out(`${file}: ${open === '' ? 'nothing left open' : `left open: ${open}`}\n`);
        }
        terminal.out(`${policies.packs.length} packs, ${errors} errors, ${warnings} warnings\n`);
      }
      return errors > 0 ? 1 : 0;
    },
  );
}

/** Status 1 where no pack rules. */
function addShow(policy: Command, terminal: Terminal): void {
  addCommand<Options & { on?: string }>(
    policy,
    'show <region>',
    'what is in force in a region on a day, with citations',
    (command) => command.option('--on <day>', 'the day; left out: today').option(...FOLDER),
    ([region], options) => {
      if (!/^\d{6}$/.test(region!)) throw new BadInput(`expected a region code of six digits, got ${JSON.stringify(region)}`);
      const { on = instantOf(Date.now()).slice(0, 10) } = options;
      dayIn('--on', on);
      const inForce = showInForce(openPolicies(options.policies), region!, on);
      terminal.out(options.json ? printedJson(inForce) : inForcePage(inForce, options.lang));
      return inForce.pack === undefined ? 1 : 0;
    },
  );
}

/** Status 1 where the packs differ, as `diff` has it. */
function addDiff(policy: Command, terminal: Terminal): void {
  addCommand<Options>(
    policy,
    'diff <a> <b>',
    'how two packs differ with all they inherit; a pack is named by region, id, id@version or file',
    (command) => command.option(...FOLDER),
    ([a, b], options) => {
      const policies = openPolicies(options.policies);
      const differences = diffPacks(packNamed(policies, a!), packNamed(policies, b!));
      if (options.json) terminal.out(printedJson(differences));
      else {
        for (const { part, name, zh, en, before, after } of differences) {
          terminal.out(`${part} ${name}  ${options.lang === 'zh' ? zh : en}\n`);
          if (before !== undefined) terminal.out(`  - ${JSON.stringify(before)}\n`);
          if (after !== undefined) terminal.out(`  + ${JSON.stringify(after)}\n`);
        }
        terminal.out(`${differences.length} differences\n`);
      }
      return differences.length > 0 ? 1 : 0;
    },
  );
}

interface NewOptions extends Options {
  slug: string;
  nameZh: string;
  nameEn: string;
  document: string;
  from: string;
  parent: string;
  schemes: string[];
}

function addNew(policy: Command, terminal: Terminal): void {
  addCommand<NewOptions>(
    policy,
    'new <region>',
    'begin the pack of a region: a file that loads as it stands, every family still silent',
    (command) =>
      command
        .requiredOption('--slug <name>', 'short name in latin letters, as in 990100-example')
        .requiredOption('--name-zh <name>', 'the region’s name in Chinese')
        .requiredOption('--name-en <name>', 'the region’s name in English')
        .requiredOption('--document <name>', 'the short name by which citations call the document')
        .requiredOption('--from <day>', 'first day of the rules')
        .option('--parent <pack>', 'the pack it inherits from', 'CN')
        .option('--schemes <scheme...>', 'employee, resident', ['employee', 'resident'])
        .option(...FOLDER),
    ([region], options) => {
      if (!isRegionCode(region)) throw new BadInput(`expected a region code of six digits, got ${JSON.stringify(region)}`);
      if (!/^[a-z][a-z0-9-]*$/.test(options.slug)) throw new BadInput(`--slug: expected latin letters, digits and hyphens, got ${JSON.stringify(options.slug)}`);
      dayIn('--from', options.from);
      const schemes = options.schemes.map((scheme) => {
        if (scheme === 'employee' || scheme === 'resident') return scheme;
        throw new BadInput(`--schemes: expected employee or resident, got ${JSON.stringify(scheme)}`);
      });
      const parent = packNamed(openPolicies(options.policies), options.parent);
      const { nameZh, nameEn, slug, document, from } = options;
      const begun = scaffold({ region: region!, slug, name: { zh: nameZh, en: nameEn }, document, effectiveFrom: from, schemes, parent });
      const file = join(policiesFolder(options.policies), begun.file);
      if (existsSync(file)) throw new BadInput(`${file} is there already`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, begun.yaml);
      terminal.out(options.json ? printedJson({ file }) : `${file}\n`);
      return 0;
    },
  );
}

interface CoverageOptions extends Options {
  scenarios?: string;
  out?: string;
  check?: boolean;
}

/** Status 1 where a rule has a hole, or with --check where the page is not up to date. */
function addCoverage(policy: Command, terminal: Terminal): void {
  addCommand<CoverageOptions>(
    policy,
    'coverage',
    'write docs/rules.md: every rule, where it is expressed, and its cases',
    (command) =>
      command
        .option('--scenarios <folder>', 'the cases; left out: the ledger’s own')
        .option('--out <file>', 'the page; left out: docs/rules.md')
        .option('--check', 'write nothing; say whether the page is up to date')
        .option(...FOLDER),
    (_, options) => {
      const folder = policiesFolder(options.policies);
      const coverage = ruleCoverage(openPolicies(options.policies), casesIn(options.scenarios), readRuleIds(folder));
      const page = coverageMarkdown(coverage);
      const file = options.out ?? join(installationFolder(), 'docs', 'rules.md');
      const upToDate = existsSync(file) && readFileSync(file, 'utf8') === page;
      if (!options.check && !upToDate) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, page);
      }
      const { rows, holes } = coverage;
      if (options.json) terminal.out(printedJson({ file, upToDate, ...coverage }));
      else {
        for (const { rule, why, where } of holes) terminal.out(`${rule}: ${why} (${where})\n`);
        terminal.out(`${rows.length} rules, ${holes.length} holes; ${file} ${upToDate ? 'is up to date' : options.check ? 'is not up to date' : 'written'}\n`);
      }
      return holes.length > 0 || (options.check === true && !upToDate) ? 1 : 0;
    },
  );
}

function addSchema(policy: Command, terminal: Terminal): void {
  addCommand<Options>(
    policy,
    'schema',
    'write pack.schema.json beside the packs: what editors complete and check by',
    (command) => command.option(...FOLDER),
    (_, options) => {
      const written = writeSchemaFile(existing(policiesFolder(options.policies)));
      terminal.out(options.json ? printedJson(written) : `${written.file} ${written.changed ? 'written' : 'is up to date'}\n`);
      return 0;
    },
  );
}

function casesIn(folder: string | undefined): ReturnType<typeof coveringCases> {
  try {
    return coveringCases([folder ?? join(installationFolder(), 'scenarios')]);
  } catch (error) {
    if (error instanceof UnreadableScenario) throw new BadInput(error.message);
    throw error;
  }
}

function packNamed(policies: LoadedPolicies, name: string): LoadedPack {
  const pack = findPack(policies, name);
  if (pack) return pack;
  throw new BadInput(`there is no pack ${JSON.stringify(name)}; expected one of ${policies.packs.map(({ id, version }) => `${id}@${version}`).join(', ')}`);
}

function existing(folder: string): string {
  if (!existsSync(folder)) throw new BadInput(`there is no folder ${folder}`);
  return folder;
}
