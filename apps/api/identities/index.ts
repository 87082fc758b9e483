import type { Type } from '@nestjs/common';
import { FoundTwiceController } from './found-twice.controller';
import { IdentitiesController } from './identities.controller';
import { MergingController } from './merging.controller';

export { identitySchemas } from './identity-schemas';
export { OPENED_VAULT, vaultProviders } from './vault-provider';

export const identityControllers: Type[] = [IdentitiesController, FoundTwiceController, MergingController];
