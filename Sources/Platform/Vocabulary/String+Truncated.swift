extension String {
    /// Returns as many whole characters as fit into `limit` bytes of UTF-8.
    package func truncated(toUTF8 limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var result = ""
        var count = 0
        for scalar in unicodeScalars {
            count += String(scalar).utf8.count
            if count > limit { break }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
