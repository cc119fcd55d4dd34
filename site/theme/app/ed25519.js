// Answers for whether an Ed25519 signature holds (RFC 8032, 5.1.7) where the browser itself cannot tell. Everything here
// is public, so it need not hide how long it takes.
const Ed25519 = (() => {
  const P = 2n ** 255n - 19n;
  const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (number, by = P) => ((number % by) + by) % by;

  function power(base, exponent) {
    let made = 1n;
    for (let left = exponent, square = mod(base); left; left >>= 1n, square = mod(square * square)) {
      if (left & 1n) made = mod(made * square);
    }
    return made;
  }

  const inverse = (number) => power(number, P - 2n);
  const D = mod(-121665n * inverse(121666n));
  const ROOT = power(2n, (P - 1n) / 4n); // of -1

  /** A little-endian number. */
  function numberOf(bytes) {
    return bytes.reduceRight((total, byte) => (total << 8n) | BigInt(byte), 0n);
  }

  /** A point [X, Y, Z, T] from its 32 bytes; null when no point has them. */
  function pointOf(bytes) {
    const all = numberOf(bytes);
    const y = all & ((1n << 255n) - 1n);
    if (y >= P) return null;
    const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)];
    let x = mod(u * v ** 3n * power(u * power(v, 7n), (P - 5n) / 8n));
    if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT);
    else if (mod(v * x * x) !== u) return null;
    if (x === 0n && all >> 255n) return null;
    if ((x & 1n) !== all >> 255n) x = P - x;
    return [x, y, 1n, mod(x * y)];
  }

  function add(one, other) {
    const a = mod((one[1] - one[0]) * (other[1] - other[0]));
    const b = mod((one[1] + one[0]) * (other[1] + other[0]));
    const c = mod(2n * D * one[3] * other[3]);
    const d = mod(2n * one[2] * other[2]);
    const [e, f, g, h] = [b - a, d - c, d + c, b + a];
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  }

  function times(point, number) {
    let made = [0n, 1n, 1n, 0n];
    for (let left = number, twice = point; left; left >>= 1n, twice = add(twice, twice)) {
      if (left & 1n) made = add(made, twice);
    }
    return made;
  }

  const equal = (a, b) => mod(a[0] * b[2]) === mod(b[0] * a[2]) && mod(a[1] * b[2]) === mod(b[1] * a[2]);
  const Y = mod(4n * inverse(5n));
  const BASE = pointOf(Uint8Array.from({ length: 32 }, (_, i) => Number((Y >> BigInt(8 * i)) & 255n)));

  /** Whether ``signature`` (64 bytes) over ``message`` was made with the secret of ``key`` (32 bytes). */
  async function verify(key, signature, message) {
    const [a, r, s] = [pointOf(key), pointOf(signature.subarray(0, 32)), numberOf(signature.subarray(32))];
    if (!a || !r || s >= ORDER) return false;
    const all = new Uint8Array(64 + message.length);
    all.set(signature.subarray(0, 32));
    all.set(key, 32);
    all.set(message, 64);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", all));
    return equal(times(BASE, s), add(r, times(a, mod(numberOf(hash), ORDER))));
  }

  return { verify };
})();
