export { requestSpans } from './request-spans';
export { tracedReader, tracedStore } from './traced-store';
export { isTracing, startTracing, type Tracing } from './tracing';
