// A lane: a memory with a row a neuron, and the sum over a row, a neuron a clock, {{ latency + 1 }} clocks after its address.
//
// A row, from its lowest bit up: {{ n_positions }} synapses in segments of {{ widths | join(", ") }}, a strength of {{ strength_bits }} bits for each segment, and
// the leak less 1 in {{ leak_bits }} bits, so that the sign alone says whether the neuron spikes.
`default_nettype none

module lane #(parameter ROWS = "rows_0.mem") (
    input wire clk,
    input wire [{{ address_bits - 1 }}:0] address,
    input wire [{{ n_positions - 1 }}:0] axons, // two clocks after the address
    output reg spike
);
    (* ram_style = "block" *) reg [{{ word_bits - 1 }}:0] memory [0:{{ depth - 1 }}];
    initial $readmemh(ROWS, memory);

    // the memory's own register is slow, so that a second one holds the row
    reg [{{ word_bits - 1 }}:0] fetched, row;
    always @(posedge clk) begin
        fetched <= memory[address];
        row <= fetched;
    end

    // what is counted of each segment: bits by eights, then numbers by fours
{% include "ones.v" %}
    reg [{{ n_positions - 1 }}:0] arrived;
    always @(posedge clk)
        arrived <= row[{{ n_positions - 1 }}:0] & axons;
{% for segment in segments %}
{% for level in segment %}
{% for sum in level %}
    reg [{{ sum.bits - 1 }}:0] {{ sum.name }};
{% endfor %}
{% endfor %}
{% endfor %}
    always @(posedge clk) begin
{% for segment in segments %}
{% for level in segment %}
{% for sum in level %}
        {{ sum.name }} <= {{ sum.expression }};
{% endfor %}
{% endfor %}
{% endfor %}
    end

    // strengths and leak wait for the counts
    reg [{{ numbers_bits - 1 }}:0] {% for stage in range(stages + 2) %}numbers_{{ stage }}{{ ", " if not loop.last }}{% endfor %};
    always @(posedge clk) begin
        numbers_0 <= row[{{ word_bits - 1 }}:{{ n_positions }}];
{% for stage in range(stages + 1) %}
        numbers_{{ stage + 1 }} <= numbers_{{ stage }};
{% endfor %}
    end

    // strength times count, and all of them with the leak
{% for segment in segments %}
    wire signed [{{ strength_bits - 1 }}:0] strength_{{ loop.index0 }} = numbers_{{ stages + 1 }}[{{ loop.index0 * strength_bits }} +: {{ strength_bits }}];
    reg signed [{{ product_bits - 1 }}:0] product_{{ loop.index0 }};
{% endfor %}
    reg signed [{{ leak_bits - 1 }}:0] leak;
    reg signed [{{ product_bits + 1 }}:0] low, high;
    wire signed [{{ product_bits + 2 }}:0] total = low + high;
    always @(posedge clk) begin
{% for segment in segments %}
        product_{{ loop.index0 }} <= strength_{{ loop.index0 }} * $signed({1'b0, {{ segment[-1][0].name }}});
{% endfor %}
        leak <= numbers_{{ stages + 1 }}[{{ numbers_bits - 1 }}:{{ 4 * strength_bits }}];
        low <= product_0 + product_1;
        high <= product_2 + product_3 + leak;
        spike <= ~total[{{ product_bits + 2 }}];
    end
endmodule

`default_nettype wire
