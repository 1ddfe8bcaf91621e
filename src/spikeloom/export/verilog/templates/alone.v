// The engine alone, with few enough pins that it can be placed on any part and its clock be told.
`default_nettype none

module alone (
    input wire clk,
    input wire rst,
    input wire in_valid,
    output wire in_ready,
    input wire [7:0] in_data,
    output wire out_valid,
    input wire out_ready,
    output wire [{{ class_bits - 1 }}:0] out_class,
    output reg any_vote
);
    wire [{{ n_classes * vote_bits - 1 }}:0] out_votes;
    always @(posedge clk)
        any_vote <= ^out_votes;
    network network (
        .clk(clk), .rst(rst), .in_again(1'b0), .in_valid(in_valid), .in_ready(in_ready), .in_data(in_data),
        .out_valid(out_valid), .out_ready(out_ready), .out_class(out_class), .out_votes(out_votes), .out_lines()
    );
endmodule

`default_nettype wire
