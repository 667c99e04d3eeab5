const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const SEED_BYTES = 36

/**
 * Whether a text is the seed of a user nkey: `SU` and more in base32 without padding, two octets of prefix, 32 of seed, and a
 * CRC-16 over both (NATS, ADR-14). Here, so that a wrong one is told of before anything of NATS is loaded.
 */
export function isUserSeed(text: string): boolean {
  if (!/^SU[A-Z2-7]{56}$/.test(text)) return false
  const octets = decodeBase32(text)
  return octets.length === SEED_BYTES && octets.readUInt16LE(SEED_BYTES - 2) === crc16(octets.subarray(0, -2))
}

/** Whether a text is a credentials file as `nsc` writes it: a JWT, and the seed of a user. */
export function isCredentials(text: string): boolean {
  const seed = /-----BEGIN USER NKEY SEED-----\r?\n(\S+)\r?\n/.exec(text)?.[1]
  return /-----BEGIN NATS USER JWT-----\r?\n\S+\r?\n/.test(text) && seed !== undefined && isUserSeed(seed)
}

function decodeBase32(text: string): Buffer {
  const octets: number[] = []
  let bits = 0
  let held = 0
  for (const letter of text) {
    held = ((held << 5) | ALPHABET.indexOf(letter)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    octets.push((held >> bits) & 0xff)
  }
  return Buffer.from(octets)
}

/** CRC-16/XMODEM. */
function crc16(octets: Uint8Array): number {
  let crc = 0
  for (const octet of octets) {
    crc ^= octet << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc
}
