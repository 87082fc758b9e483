import { Injectable, type OnApplicationShutdown, type Provider, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PinoLogger } from 'nestjs-pino';
import { AuditTrail, KeyRing, auditFile, keyFile } from '../../../libs/access';
import { AccessGuard } from './access.guard';
import { AuditController } from './audit.controller';
import { Auditing } from './auditing';
import { Authentication } from './authentication';
import { Belonging } from './belonging';
import { ChangesController } from './changes/changes.controller';
import { ChangeIndex } from './changes/change-index';
import { Changes } from './changes/changes';
import { FourEyes } from './changes/four-eyes';
import { KeysController } from './keys/keys.controller';
import { Reach } from './reach';

/** Closes the files of keys and of the audit trail when the last request is answered. */
@Injectable()
class AccessFiles implements OnApplicationShutdown {
  constructor(
    private readonly keys: KeyRing,
    private readonly trail: AuditTrail,
  ) {}

  onApplicationShutdown(): void {
    this.keys.close();
    this.trail.close();
  }
}

/** Everything that decides who may do what, over the files of a data folder. */
export function accessProviders(dataFolder: string): Provider[] {
  return [
    { provide: KeyRing, useFactory: () => new KeyRing(keyFile(dataFolder)) },
    {
      provide: AuditTrail,
      inject: [PinoLogger],
      useFactory: (log: PinoLogger) =>
        new AuditTrail(auditFile(dataFolder), (err) =>
          log.error({ err }, 'rows of the audit trail wait: they could not be written'),
        ),
    },
    { provide: APP_GUARD, useClass: AccessGuard },
    AccessFiles,
    Auditing,
    Authentication,
    Belonging,
    ChangeIndex,
    Changes,
    FourEyes,
    Reach,
  ];
}

export const accessControllers: Type[] = [AuditController, ChangesController, KeysController];
