export { createGrpcClient, type GrpcClient, type GrpcClientOptions, type Outside } from './client.ts';
export { clientCredentials, type MutualTls, serverCredentials } from './credentials.ts';
export { createGrpcServer, type GrpcServer, type GrpcServerOptions, type Incoming } from './server.ts';
