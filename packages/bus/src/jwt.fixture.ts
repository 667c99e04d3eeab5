import { createHash } from 'node:crypto'
import { nkeys } from '@nats-io/transport-node'

/** A signed party of NATS's JWT scheme. */
type Party = ReturnType<typeof nkeys.createUser>

/** For tests: an operator, its account and a user of that, each vouched for by the one before. */
export interface Trust {
  /** What makes a server believe in the operator. */
  readonly serverConfig: string
  /** The user's credentials file. */
  readonly creds: Uint8Array
}

/** For tests: makes one with keys of its own (NATS, ADR-14). */
export function aTrust(): Trust {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()]
  const operatorJwt = signed(operator, operator, 'operator', {})
  const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, conn: -1, leaf: -1, wildcards: true }
  const accountJwt = signed(operator, account, 'account', { limits: unlimited })
  const userJwt = signed(account, user, 'user', { pub: {}, sub: {}, subs: -1, data: -1, payload: -1 })
  return {
    serverConfig: [
      `operator: ${operatorJwt}`,
      'resolver: MEMORY',
      `resolver_preload: { ${account.getPublicKey()}: ${accountJwt} }`,
    ].join('\n'),
    creds: Buffer.from(
      [
        '-----BEGIN NATS USER JWT-----',
        userJwt,
        '------END NATS USER JWT------',
        '',
        '-----BEGIN USER NKEY SEED-----',
        Buffer.from(user.getSeed()).toString(),
        '------END USER NKEY SEED------',
        '',
      ].join('\n'),
    ),
  }
}

function signed(issuer: Party, subject: Party, type: string, nats: object): string {
  const claims = {
    iat: Math.floor(Date.now() / 1_000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: type,
    nats: { ...nats, type, version: 2 },
  }
  const jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex')
  const head = encode({ typ: 'JWT', alg: 'ed25519-nkey' })
  const body = `${head}.${encode({ jti, ...claims })}`
  return `${body}.${Buffer.from(issuer.sign(Buffer.from(body))).toString('base64url')}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
