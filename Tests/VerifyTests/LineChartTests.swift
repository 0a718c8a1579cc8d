import Foundation
import Testing

@testable import Verify

/// A plot says what it shows, however much or little that is.
@Suite struct LineChartTests {
    private static func svg(_ values: [(time: Int64, value: Double)], unit: String = "B") -> String {
        LineChart(title: "Length", unit: unit, values: values).svg
    }

    @Test func withoutValuesThereIsNoPlot() { #expect(Self.svg([]) == "") }

    @Test func oneValueIsOneDot() {
        let svg = Self.svg([(1_795_312_804, 1536)])
        #expect(
            svg.contains(
                "<title>Length, 1 value, 1.5 KiB at most, from 2026-11-22 02:00 to 2026-11-22 02:00</title>")
        )
        #expect(svg.components(separatedBy: "<circle").count == 2)
    }

    @Test func aThousandValuesKeepTheirPeak() throws {
        let values = (0..<1000).map {
            (time: 1_795_312_804 + Int64($0) * 7200, value: $0 == 617 ? 9000.0 : 100)
        }
        let svg = Self.svg(values)
        #expect(
            svg.contains(
                "<title>Length, 1000 values, 8.79 KiB at most, from 2026-11-22 to 2027-02-13</title>"))
        let line = try #require(svg.split(separator: "\n").first { $0.hasPrefix("<polyline") })
        let heights = line.split(separator: "\"")[1].split(separator: " ").compactMap {
            $0.split(separator: ",").last.flatMap { Double($0) }
        }
        #expect(heights.count == 334)
        #expect(heights.count { $0 < 100 } == 1)
        #expect(!svg.contains("<circle"))
    }

    @Test(arguments: [("s", 7200.0, "2 h"), ("%", 100, "100 %"), ("B", 1024, "1 KiB"), ("s", 0, "0 s")])
    func theAxisHasAUnit(unit: String, value: Double, text: String) {
        #expect(Self.svg([(0, value)], unit: unit).contains(">\(text)</text>"))
    }
}
