import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { Held, Scene, type Work } from './scene.ts'

/** `Look` fails, everything else works. */
const sick: Work = async (method) => {
  if (method === 'Look') throw Object.assign(new Error('broken'), { code: status.INTERNAL })
  return { note: `really ${method}` }
}

async function opened(): Promise<Scene> {
  const scene = await Scene.set(sick)
  for (let index = 0; index < 4; index++) await scene.caller.call('Look', { count: 1 })
  return scene
}

test('when the breaker opens the rule answers, and says so', async () => {
  await using scene = await opened()
  const answer = await scene.caller.call('Look', { count: 1 })

  expect(answer).toMatchObject({ code: status.OK, note: 'remembered' })
  expect(answer.headers.get('spillway-fallback')).toBe('rule=from-memory; reason=breaker_open')
  expect(answer.trailers.get('spillway-origin')).toBe('stock')
  expect(scene.app.calls).toHaveLength(4)
})

test('a rule may send the call to a cheaper method; the answer is its own, marked', async () => {
  await using scene = await opened()
  const answer = await scene.caller.call('Look', { count: 50 })

  expect(answer).toMatchObject({ code: status.OK, note: 'really Guess' })
  expect(answer.headers.get('spillway-fallback')).toBe('rule=rough; reason=breaker_open')
  expect(scene.app.calls.at(-1)).toBe('Guess')
})

test('an unreachable app is answered by the rule that answers for it', async () => {
  await using scene = await Scene.set(sick)
  scene.app.close()
  const answer = await scene.caller.call('Look', { count: 1 })

  expect(answer).toMatchObject({ code: status.OK, note: 'remembered' })
  expect(answer.headers.get('spillway-fallback')).toBe('rule=from-memory; reason=unreachable')
})

test('when the cheaper method cannot be reached either, the first refusal stands', async () => {
  await using scene = await Scene.set(sick)
  scene.app.close()
  const answer = await scene.caller.call('Look', { count: 50 })

  expect(answer).toMatchObject({ code: status.UNAVAILABLE, details: 'the upstream cannot be reached' })
})

test('an error of the app itself is never replaced', async () => {
  await using scene = await Scene.set(sick)

  expect((await scene.caller.call('Look', { count: 1 })).code).toBe(status.INTERNAL)
})

/** Settings with one more rule for a method, that answers this note for those reasons. */
function ruleFor(method: string, note: string, on: readonly string[]): Record<string, unknown> {
  const fallback = {
    name: 'spare',
    on,
    reply: `stock.v1.Receipt{note: '${note} to ' + metadata['x-account'] + ': ' + reason}`,
  }
  return { policy: { methods: { [`stock.v1.Stock/${method}`]: { fallback } } } }
}

test('a stream is answered by one message and OK', async () => {
  await using scene = await Scene.set(sick, ruleFor('Report', 'nothing new', ['UNREACHABLE']))
  scene.app.close()
  const answer = await scene.caller.call('Report', {}, { 'x-account': 'a' })

  expect(answer).toMatchObject({ code: status.OK, note: 'nothing new to a: unreachable' })
  expect(answer.headers.get('spillway-fallback')).toBe('rule=spare; reason=unreachable')
})

test('a call that is shed is answered where a rule asks for it, each caller with its own answer', async () => {
  const held = new Held()
  const admission = { limit: 1, max_queued_calls: 0 }
  await using scene = await Scene.set(held.work, { admission, ...ruleFor('Guess', 'less', ['SHED']) })
  const running = scene.caller.call('Reserve')
  await held.arrived(1)
  const answers = await Promise.all(['a', 'b'].map((name) => scene.caller.call('Guess', {}, { 'x-account': name })))
  held.release()

  expect(answers.map(({ code, note }) => [code, note])).toEqual([
    [status.OK, 'less to a: shed'],
    [status.OK, 'less to b: shed'],
  ])
  expect((await running).code).toBe(status.OK)
  expect(scene.app.calls).toEqual(['Reserve'])
})

test('a call over its budget is answered where a rule asks for it', async () => {
  const budgets = { charges: { rate: 0.01, burst: 2 } }
  await using scene = await Scene.set(sick, { budgets, ...ruleFor('Charge', 'later', ['BUDGET']) })
  const notes: (string | undefined)[] = []
  for (let index = 0; index < 3; index++) notes.push((await scene.caller.call('Charge', {}, { 'x-account': 'a' })).note)

  expect(notes.at(-1)).toBe('later to a: budget')
})
