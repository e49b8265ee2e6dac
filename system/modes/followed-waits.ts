/** Waits for services in other processes, followed: each leaves a span of the client, and a count where it fails. */
import { type EngineCall, ownerOf, type Telemetry } from '../observability/index.ts';
import type { OutsideWaits } from './embedded.ts';

/** `operation` of a wait: 'playlist.getPlaylist', the service first. */
export function followedWaits(wait: OutsideWaits['wait'], telemetry: Telemetry): OutsideWaits['wait'] {
  return (context, operation, begin) => {
    const answer = wait(context, operation, begin);
    answer.catch((error: Error) => telemetry.upstreams.record(ownerOf(operation), error));
    return telemetry.tracer.follow(context, answer, grpcCall, operation);
  };
}

/** OpenTelemetry's conventions for RPC. The name of the service stands for its address, which may be anything. */
function grpcCall(operation: string): EngineCall {
  const service = ownerOf(operation);
  return {
    name: `grpc.${operation}`,
    attributes: {
      'rpc.system.name': 'grpc',
      'rpc.method': `${service}/${operation.slice(service.length + 1)}`,
      'server.address': service,
    },
  };
}
