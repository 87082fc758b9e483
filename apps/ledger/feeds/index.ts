export { addWebhooks } from './webhooks-command';
