export { type AdminServer, startAdminServer } from './admin-server.ts';
export {
  addDeadLetterRoutes,
  type DeadLetter,
  type DeadLetterDesk,
  type DeadLettersOfTopic,
} from './dead-letter-routes.ts';
export { EventLog, type EventLogOptions, type LogMode } from './event-log.ts';
export { addFaultRoutes, type FaultDesk, type FaultState, type FaultsState } from './fault-routes.ts';
export { epochMsOf, processNumber } from './host-facts.ts';
export { type ObservedServer, observeHttp } from './http-observer.ts';
export type { OtlpExporter } from './otlp-exporter.ts';
export { createPrometheus } from './prometheus.ts';
export { addReindexRoutes, type ReindexDesk, type ReindexState } from './reindex-routes.ts';
export { addRunningRoute, type Running } from './running-route.ts';
export { addTelemetryRoutes, onlyFromHere, type TelemetryView } from './telemetry-routes.ts';
