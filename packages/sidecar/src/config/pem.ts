import type * as Crypto from 'node:crypto'

/** Cryptography is loaded where somebody names a certificate, and nowhere else: it takes 2 MiB. */
function crypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto')
}

/** The text holds a certificate. */
export function isCertificate(text: string): boolean {
  return isReadable(() => new (crypto().X509Certificate)(text))
}

/** The text holds a private key that needs no passphrase. */
export function isPrivateKey(text: string): boolean {
  return isReadable(() => crypto().createPrivateKey(text))
}

/** The key is that of the certificate. Both must be readable. */
export function belongTogether(certificate: string, key: string): boolean {
  const { X509Certificate, createPrivateKey } = crypto()
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
}

function isReadable(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}
