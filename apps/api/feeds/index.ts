import type { Provider, Type } from '@nestjs/common';
import { FeedsController } from './feeds.controller';
import { OpenFeeds } from './open-feeds';
import { WebhooksController } from './webhooks.controller';

export const feedControllers: Type[] = [FeedsController, WebhooksController];
export const feedProviders: Provider[] = [OpenFeeds];
