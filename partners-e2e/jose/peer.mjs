// The other side of crates/protocol/tests/jose_peer.rs: one question per line, one answer per line.
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { createInterface } from 'node:readline'
import { CompactEncrypt, CompactSign, compactDecrypt, compactVerify } from 'jose'

const b64u = (bytes) => Buffer.from(bytes).toString('base64url')
const bytes = (text) => Buffer.from(text, 'base64url')

let keys = {}
let secret

/** The content key that a client secret stands for (OpenID Connect Core §10.2). */
function ofSecret(enc) {
  const length = { A128GCM: 16, A256GCM: 32, 'A128CBC-HS256': 32, 'A256CBC-HS512': 64 }[enc]
  return createHash(length > 32 ? 'sha512' : 'sha256').update(secret).digest().subarray(0, length)
}

function sealing(alg, enc) {
  if (alg === 'dir') return { one: ofSecret(enc), other: ofSecret(enc) }
  const name = alg.startsWith('RSA') ? 'enc-rsa' : 'enc-ec'
  return { one: createPublicKey(keys[name]), other: keys[name] }
}

const signing = (alg) => (alg === 'HS256' ? secret : keys[{ PS256: 'RS256' }[alg] ?? alg])

const does = {
  keys({ made, shared }) {
    secret = bytes(shared)
    const read = ({ jwk, pkcs8, sec1 }) =>
      createPrivateKey(
        jwk ? { key: jwk, format: 'jwk' } : { key: bytes(pkcs8 ?? sec1), format: 'der', type: pkcs8 ? 'pkcs8' : 'sec1' },
      )
    keys = Object.fromEntries(Object.entries(made).map(([name, key]) => [name, read(key)]))
    return {}
  },
  async sign({ alg, payload }) {
    const signer = new CompactSign(bytes(payload)).setProtectedHeader({ alg, typ: 'JWT' })
    return { compact: await signer.sign(signing(alg)) }
  },
  async verify({ alg, compact, algorithms }) {
    const key = signing(alg)
    const verified = await compactVerify(compact, alg === 'HS256' ? key : createPublicKey(key), { algorithms })
    return { payload: b64u(verified.payload) }
  },
  async encrypt({ alg, enc, plain }) {
    const sealer = new CompactEncrypt(bytes(plain)).setProtectedHeader({ alg, enc, cty: 'JWT' })
    return { compact: await sealer.encrypt(sealing(alg, enc).one) }
  },
  async decrypt({ alg, enc, compact }) {
    const opened = await compactDecrypt(compact, sealing(alg, enc).other)
    return { plain: b64u(opened.plaintext) }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line)
  let answer
  try {
    answer = await does[question.do](question)
  } catch (error) {
    answer = { refused: error.code ?? String(error) }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
