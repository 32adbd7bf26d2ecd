internal import Foundation

/// The exact upper bound of a share, after Clopper and Pearson (Biometrika 26, 1934).
///
/// Strata make a sample's count spread less than independent draws would, so that the bound holds for it, too.
enum ClopperPearson {
  /// The largest share with which `found` of `drawn`, or fewer, would be seen with a chance of 1 - `confidence`.
  static func upper(found: Int, of drawn: Int, confidence: Double) -> Double {
    if drawn <= 0 || found >= drawn { return 1 }
    if found == 0 { return 1 - pow(1 - confidence, 1 / Double(drawn)) }
    let (a, b) = (Double(found + 1), Double(drawn - found))
    var (low, high) = (Double(found) / Double(drawn), 1.0)
    for _ in 0..<200 where high - low > 1e-15 {
      let middle = (low + high) / 2
      if incompleteBeta(middle, a, b) < confidence { low = middle } else { high = middle }
    }
    return high
  }

  /// The regularized incomplete beta function I_x(a, b).
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    // The fraction converges fast on one side of the mean only.
    return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
  }

  /// Its continued fraction, by Lentz's method.
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var value = d
    for step in 1..<10_000 {
      let m = Double(step)
      for term in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 + term * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + term / c
        if abs(c) < tiny { c = tiny }
        value *= d * c
      }
      if abs(d * c - 1) < 1e-15 { break }
    }
    return value
  }
}
