import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { Allows, Scoped } from '../../../api/access';
import { personIn } from '../../../api/http/edge-validation';
import { requestLog } from '../../../api/http/request-log';
import { AnswerQuery } from '../../../api/persons/answer.query';
import { createServer } from '../../../api/server';
import { readSettings } from '../../../api/settings';
import { openLedger, openStore } from '../../../../libs/ledger';
import { loadPoliciesOrThrow } from '../../../../libs/policy';

/** Routes that do nothing, behind the doors that every route is behind. */
@Controller('v1/empty')
class EmptyController {
  @Get()
  @Allows('clerk')
  @Scoped('none')
  nothing(): object {
    return {};
  }

  /** Passes all that a question about a person passes: its parameters are checked, and that it was asked is in the audit trail. */
  @Get('persons/:person')
  @Allows('clerk')
  nothingAboutPerson(@Param('person') path: string, @Query() _query: AnswerQuery): object {
    personIn(path);
    return {};
  }
}

/** The ledger's server in a process of its own, with one route more. */
async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const policies = loadPoliciesOrThrow(settings.policies);
  const store = openStore(settings.data);
  const ledger = openLedger({ store, policies, clock: Date.now });
  const token = process.env['BENCH_TOKEN']!;
  const app = await createServer({ store, ledger, policies, token, settings, log: requestLog(settings.logLevel) }, [
    EmptyController,
  ]);
  await app.listen(0, '127.0.0.1');
  process.on('message', (asked) => {
    if (asked === 'cpu') process.send!({ cpu: process.cpuUsage() });
  });
  process.on('disconnect', () => {
    void app
      .close()
      .then(() => store.close())
      .then(() => process.exit(0));
  });
  process.send!({ port: ((app.getHttpServer() as Server).address() as AddressInfo).port });
}

void main();
