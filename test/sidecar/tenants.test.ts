import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { Scene } from './scene.ts'

test('a tenant of any text, out of the request, goes on to the app and does no harm', async () => {
  const tenants: unknown[] = []
  const policy = { methods: { 'stock.v1.Stock/Guess': { tenant: 'request.name' } } }
  await using scene = await Scene.set(
    async (_method, _item, metadata) => {
      tenants.push(...metadata.get('spillway-tenant'))
      return { note: 'done' }
    },
    { policy },
  )

  for (const name of ['acme', '東京', ' a\r\nb ']) {
    expect(await scene.caller.call('Guess', { name })).toMatchObject({ code: status.OK })
  }

  expect(tenants).toEqual(['acme', '%E6%9D%B1%E4%BA%AC', '%20a%0D%0Ab%20'])
})
