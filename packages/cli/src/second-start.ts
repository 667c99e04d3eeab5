/** Where a process begins that has taken the place of one that read the settings; see `replaceProcess`. */
import { carryOut } from './lasting.ts'
import { START_VARIABLE, unpackStart } from './lasting-start.ts'
import { followNpm } from './lifeline.ts'
import { endWith } from './process-end.ts'
import { processTerminal } from './terminal.ts'

const env = process.env
const start = unpackStart(env[START_VARIABLE] ?? '')
delete env[START_VARIABLE]
if (start === undefined) await import('./main.ts')
else {
  followNpm(env)
  const terminal = processTerminal(env)
  await endWith(() => carryOut(start, { terminal, env }), terminal)
}
