export { requestSpans } from './request-spans';
export { tracedReader, tracedStore } from './traced-store';
export { isTracing, startTracing } from './tracing';
