extension Int {
    /// The number and a noun, as in `1 point` and `2 points`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
