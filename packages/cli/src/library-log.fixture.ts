import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

/** Preload it (`--import`): writes the name of each library that our own code imports to the file `LIBRARY_LOG` names. */
const log = process.env['LIBRARY_LOG']

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
