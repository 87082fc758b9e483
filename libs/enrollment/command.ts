import type {
  BackPaymentRequestedData,
  DuplicateSettledData,
  EventType,
  PaidData,
  RefundedData,
  RegisteredData,
  RetiredData,
  SuspendedData,
  TerminatedData,
  TransferredData,
} from '../../events';

type Asks<T extends string, Data> = { type: T; data: Data };

export type Register = Asks<'Register', RegisteredData>;
export type Suspend = Asks<'Suspend', SuspendedData>;
export type Terminate = Asks<'Terminate', TerminatedData>;
export type Transfer = Asks<'Transfer', TransferredData>;
export type Retire = Asks<'Retire', RetiredData>;
/** `amountFen` left out: the request is what is recorded, and the money follows. */
export type Refund = Asks<'Refund', Omit<RefundedData, 'amountFen'> & { amountFen?: number }>;
export type RequestBackPayment = Asks<'RequestBackPayment', BackPaymentRequestedData>;
/** Money that may be refused before it is taken. */
export type Pay = Asks<'Pay', PaidData>;
export type ElectDuplicate = Asks<'ElectDuplicate', DuplicateSettledData>;
export type ResolveDuplicate = Asks<'ResolveDuplicate', DuplicateSettledData>;

/** What may be asked of the ledger: the imperative of an event, with that event's data. */
export type Command =
  | Register
  | Suspend
  | Terminate
  | Transfer
  | Retire
  | Refund
  | RequestBackPayment
  | Pay
  | ElectDuplicate
  | ResolveDuplicate;

/** The type of the event that a command asks for, whose data it carries. */
export const eventOfCommand = {
  Register: 'Registered',
  Suspend: 'Suspended',
  Terminate: 'Terminated',
  Transfer: 'Transferred',
  Retire: 'Retired',
  Refund: 'Refunded',
  RequestBackPayment: 'BackPaymentRequested',
  Pay: 'Paid',
  ElectDuplicate: 'DuplicateElected',
  ResolveDuplicate: 'DuplicateResolved',
} as const satisfies Record<Command['type'], EventType>;

export const commandNames = Object.keys(eventOfCommand) as Command['type'][];
