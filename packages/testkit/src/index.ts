export { freePorts } from './nats/free-ports.ts'
export { GuardedProcess } from './nats/guarded-process.ts'
export { NatsServer, findNatsServer, type NatsServerOptions } from './nats/nats-server.ts'
export { natsVersions, type NatsVersion } from './nats/nats-versions.ts'
