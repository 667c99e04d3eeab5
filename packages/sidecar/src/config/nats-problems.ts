import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { Problem } from '@spillway/call'
import { isCredentials, isUserSeed } from './nkey-seed.ts'
import { belongTogether, isCertificate, isPrivateKey } from './pem.ts'
import type { SidecarConfig } from './schema.ts'

type NatsSettings = SidecarConfig['nats']
type Path = readonly string[]
type Report = (path: Path, message: string, fix: string) => Problem

/** The settings with names of files that a settings file gave made relative to that file. */
export function natsBesideFile(
  file: string | undefined,
  nats: NatsSettings,
  isOfFile: (path: Path) => boolean,
): NatsSettings {
  if (file === undefined) return nats
  const beside = <T extends string | undefined>(path: Path, name: T): T | string =>
    name === undefined || isAbsolute(name) || !isOfFile(['nats', ...path]) ? name : join(dirname(file), name)
  return {
    ...nats,
    passwordFile: beside(['password_file'], nats.passwordFile),
    nkeyFile: beside(['nkey_file'], nats.nkeyFile),
    credsFile: beside(['creds_file'], nats.credsFile),
    tls: {
      ca: beside(['tls', 'ca'], nats.tls.ca),
      cert: beside(['tls', 'cert'], nats.tls.cert),
      key: beside(['tls', 'key'], nats.tls.key),
    },
  }
}

/** What is wrong with how we log in to NATS. Reads the files; shows nothing of what is in them. */
export function natsProblems(
  nats: NatsSettings,
  placeOf: (path: readonly PropertyKey[]) => string,
): readonly Problem[] {
  const problem: Report = (path, message, fix) => {
    return { severity: 'error', place: placeOf(['nats', ...path]), message: `nats.${path.join('.')}: ${message}`, fix }
  }
  return [...loginProblems(nats, problem), ...fileProblems(nats, problem), ...tlsProblems(nats, problem)]
}

function loginProblems(nats: NatsSettings, problem: Report): Problem[] {
  const { user, password, passwordFile, nkeyFile, credsFile } = nats
  const ways = Object.entries({ user, nkey_file: nkeyFile, creds_file: credsFile }).filter(
    ([, value]) => value !== undefined,
  )
  const [first, second] = ways.map(([key]) => key)
  const wrong: Problem[] = []
  if (first !== undefined && second !== undefined) {
    wrong.push(problem([second], `nats.${first} says who we are already`, 'keep one of them'))
  }
  if (password !== undefined && passwordFile !== undefined) {
    wrong.push(problem(['password_file'], 'nats.password is set already', 'keep one of them'))
  }
  const secret = password === undefined ? 'password_file' : 'password'
  const hasPassword = password !== undefined || passwordFile !== undefined
  if (hasPassword && user === undefined) wrong.push(problem([secret], 'whose it is nobody says', 'add nats.user'))
  if (user !== undefined && !hasPassword) {
    wrong.push(problem(['user'], 'there is no password', 'add nats.password_file or nats.password'))
  }
  return wrong
}

function fileProblems({ passwordFile, nkeyFile, credsFile }: NatsSettings, problem: Report): Problem[] {
  return [
    ...contentProblem(['password_file'], passwordFile, problem, (text) =>
      text.trim() === '' ? ['is empty', 'write the password into it'] : undefined,
    ),
    ...contentProblem(['nkey_file'], nkeyFile, problem, (text) =>
      isUserSeed(text.trim()) ? undefined : ['holds no seed of a user nkey', 'make one with nk -gen user (SU…)'],
    ),
    ...contentProblem(['creds_file'], credsFile, problem, (text) =>
      isCredentials(text) ? undefined : ['holds no JWT and user seed', 'make one with nsc generate creds'],
    ),
  ]
}

function tlsProblems({ tls: { ca, cert, key } }: NatsSettings, problem: Report): Problem[] {
  const wrong = [
    ...contentProblem(['tls', 'ca'], ca, problem, certificateProblem),
    ...contentProblem(['tls', 'cert'], cert, problem, certificateProblem),
    ...contentProblem(['tls', 'key'], key, problem, (text) =>
      isPrivateKey(text) ? undefined : ['holds no private key without a passphrase', 'name a PEM file'],
    ),
  ]
  if (cert !== undefined && key === undefined)
    wrong.push(problem(['tls', 'cert'], 'its key is missing', 'add nats.tls.key'))
  if (key !== undefined && cert === undefined) {
    wrong.push(problem(['tls', 'key'], 'its certificate is missing', 'add nats.tls.cert'))
  }
  if (wrong.length > 0 || cert === undefined || key === undefined) return wrong
  return belongTogether(readFileSync(cert, 'utf8'), readFileSync(key, 'utf8'))
    ? []
    : [problem(['tls', 'key'], `does not belong to nats.tls.cert (${cert})`, 'name the key of that certificate')]
}

function certificateProblem(text: string): Complaint | undefined {
  return isCertificate(text) ? undefined : ['holds no certificate', 'name a PEM file']
}

type Complaint = readonly [message: string, fix: string]

function contentProblem(
  path: Path,
  file: string | undefined,
  problem: Report,
  complain: (text: string) => Complaint | undefined,
): Problem[] {
  if (file === undefined) return []
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return [problem(path, `${file} cannot be read (${code})`, 'name a file that exists')]
  }
  const complaint = complain(text)
  return complaint === undefined ? [] : [problem(path, `${file} ${complaint[0]}`, complaint[1])]
}
