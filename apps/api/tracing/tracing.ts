import { InvalidSettings } from '../../../libs/settings';

/** Spans on their way to a collector. */
export interface Tracing {
  /** Sends what has not been sent yet, for a moment; never rejects. */
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;
const LAST_MS = 3_000;

/**
 * Sends spans to the collector that OpenTelemetry's own variables name (OTLP over HTTP, as JSON). Without an endpoint nothing is
 * loaded and nothing is measured. Throws `InvalidSettings` where an endpoint is no address.
 */
export async function startTracing(environment: Environment, service: string): Promise<Tracing | undefined> {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined;
  const named = ENDPOINTS.filter((name) => (environment[name] ?? '') !== '');
  if (named.length === 0) return undefined;
  const wrong = named.filter((name) => !isAddress(environment[name]!));
  if (wrong.length > 0) {
    throw new InvalidSettings(
      wrong.map((name) => ({
        name,
        value: '(not repeated)',
        expected: 'the address of a collector, http://… or https://…',
      })),
    );
  }
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
  const name = environment['OTEL_SERVICE_NAME'];
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': name === undefined || name === '' ? service : name }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  // With it the context of W3C (traceparent) comes in, and follows a request through everything it waits for.
  provider.register();
  tracing = true;
  return {
    stop: async () => {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_MS)));
      await Promise.race([provider.shutdown().catch(() => undefined), patience]);
      clearTimeout(timer);
    },
  };
}

let tracing = false;

/** Whether this process sends spans. */
export function isTracing(): boolean {
  return tracing;
}

function isAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}
