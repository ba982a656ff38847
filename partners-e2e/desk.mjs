// Clients in other languages ask here: "log the person in at this address", "register me so".
import { createServer } from 'node:http'
import { Citizen } from './citizen.mjs'
import { register } from './register.mjs'

/** Answers `POST /log-in {"url","customer","number"}` with `{"url","form"}`, and `POST /register {…}` with `{"id","secret"}`. */
export async function openDesk(world) {
  const people = new Map()
  const person = (customer, number) => {
    if (!people.has(customer)) people.set(customer, Citizen.activate(world, customer, number))
    return people.get(customer)
  }
  const does = {
    '/log-in': async ({ url, customer, number }) => {
      const back = await (await person(customer, number)).logIn(url)
      return { url: back.url.href, form: back.form ? Object.fromEntries(back.form) : null }
    },
    '/register': (wishes) => register(world, wishes),
  }
  const server = createServer(async (request, answer) => {
    try {
      let body = ''
      for await (const part of request) body += part
      answer.end(JSON.stringify(await does[request.url](JSON.parse(body))))
    } catch (error) {
      answer.writeHead(500).end(String(error?.stack ?? error))
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}
