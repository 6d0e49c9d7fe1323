"""What stands in a chart: lines, points, areas and angles, in the chart's units."""
