import { appendFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

/**
 * Preload it (`--import`): writes the name of each library that our own code imports to the file `LIBRARY_LOG` names, and at
 * the end of the process those modules of Node's own that it has loaded, as `node:<name>`. The log begins anew with a process
 * that takes the place of another one.
 */
const log = process.env['LIBRARY_LOG']
if (log !== undefined) writeFileSync(log, '')

process.on('exit', () => {
  const loaded: unknown = Reflect.get(process, 'moduleLoadList')
  if (log === undefined || !Array.isArray(loaded)) return
  const names = loaded.flatMap((entry) => /^NativeModule (\S+)$/.exec(String(entry))?.[1] ?? [])
  appendFileSync(log, names.map((name) => `node:${name}\n`).join(''))
})

registerHooks({
  resolve(specifier, context, next) {
    const [, library] = /^((?:@[^/]+\/)?[a-z][^/:]*)(?:\/|$)/.exec(specifier) ?? []
    const isOurs = context.parentURL?.includes('/node_modules/') !== true && context.parentURL?.startsWith('file:')
    if (log !== undefined && library !== undefined && isOurs === true && !library.startsWith('@spillway/')) {
      appendFileSync(log, `${library}\n`)
    }
    return next(specifier, context)
  },
})
