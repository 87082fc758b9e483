import { ApiProperty } from '@nestjs/swagger';
import { eventTypes } from '../../../events';
import { answerParts, feedNames } from '../../../libs/feeds';
import { Count, OneOf, Optional, PersonId, Whole } from '../http/query-fields';
import { FeedPlace, ReceiverAddress, SomeOf, SomeRegions, WebhookSecret } from './fields';

const listed = (words: readonly string[]) => ({
  required: false,
  type: ['array', 'null'] as unknown as 'array',
  items: { type: 'string', enum: [...words] },
});
const URL = {
  type: 'string' as const,
  maxLength: 2_000,
  description: 'Where to: https, on the public network or one that a setting permits',
};
const REGIONS = {
  required: false,
  type: ['array', 'null'] as unknown as 'array',
  items: { type: 'string', pattern: '^\\d{6}$' },
  description: 'Only of persons of these regions and those below them; null or left out: all that the caller may see',
};

/** What may be narrowed of what is sent. */
class WantedBody {
  @ApiProperty(REGIONS)
  @Optional()
  @SomeRegions()
  regions?: string[] | null;

  @ApiProperty({ ...listed(eventTypes), description: 'Only what events of these types brought' })
  @Optional()
  @SomeOf(eventTypes)
  types?: string[] | null;

  @ApiProperty({ ...listed(answerParts), description: 'Only where one of these parts of the answer changed' })
  @Optional()
  @SomeOf(answerParts)
  parts?: string[] | null;
}

export class NewWebhookBody extends WantedBody {
  @ApiProperty(URL)
  @ReceiverAddress()
  url!: string;

  @ApiProperty({ required: false, enum: feedNames, description: 'Left out: answers' })
  @Optional()
  @OneOf(feedNames)
  feed?: string;

  @ApiProperty({
    required: false,
    description: 'What lies behind this place is sent: a position, an id of the feed, or now. Left out: now',
  })
  @Optional()
  @FeedPlace()
  from?: string;

  @ApiProperty({ required: false, description: 'whsec_ and 24 to 64 bytes in base64; left out: a new one' })
  @Optional()
  @WebhookSecret()
  secret?: string;
}

export class WebhookChangesBody extends WantedBody {
  @ApiProperty({ ...URL, required: false })
  @Optional()
  @ReceiverAddress()
  url?: string;

  @ApiProperty({ required: false, enum: ['active', 'paused'] })
  @Optional()
  @OneOf(['active', 'paused'])
  state?: 'active' | 'paused';
}

export class NewSecretBody {
  @ApiProperty({ required: false, description: 'whsec_ and 24 to 64 bytes in base64; left out: a new one' })
  @Optional()
  @WebhookSecret()
  secret?: string;

  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: 0,
    maximum: 168,
    description: 'How many hours the secret before signs too; left out: 24',
  })
  @Optional()
  @Count(0, 168)
  oldForHours?: number;
}

export class ReplayBody {
  @ApiProperty({ description: 'What lies behind this place is sent once more: a position or an id of the feed' })
  @FeedPlace()
  from!: string;
}

export class RetryBody {
  @ApiProperty({ required: false, description: 'Only what is parked about this person' })
  @Optional()
  @PersonId()
  person?: string;
}

export class ParkedQuery {
  /** After the message of this number. */
  @Optional()
  @Whole(0, Number.MAX_SAFE_INTEGER)
  after?: string;

  @Optional()
  @Whole(1, 500)
  limit?: string;
}
