// The engine behind a serial line of 8 bits, no parity, one stop bit: the bytes of an image in; out, the class in {{ class_bytes }}
// byte{{ "s" if class_bytes > 1 }}, then the votes of every class in {{ vote_bytes }} each, lowest first. A line that is quiet for 2^{{ idle_bits }} clocks begins
// a new image, so that a byte that was lost costs one answer alone.
`default_nettype none

module serial #(parameter CLOCKS_PER_BIT = 25) (input wire clk, input wire rx, output wire tx, output reg busy);
    // a few clocks of reset after power-up
    reg [3:0] waking = 0;
    wire rst = ~&waking;
    always @(posedge clk)
        if (rst)
            waking <= waking + 1'b1;

    // a byte in: sampled in the middle of its bits
    reg [1:0] line = 2'b11;
    reg [15:0] rx_clocks = 0;
    reg [3:0] rx_bits = 0;
    reg [7:0] rx_byte;
    reg received = 0;
    wire in_ready;
    // and of the bytes that have come in, once the line has been quiet
    reg [{{ idle_bits }}:0] quiet = 0;
    wire again = quiet[{{ idle_bits }}];
    always @(posedge clk)
        quiet <= received || rx_bits != 0 ? 0 : again ? quiet : quiet + 1'b1;
    always @(posedge clk) begin
        line <= {line[0], rx};
        if (received && in_ready)
            received <= 0;
        if (rx_bits == 0) begin
            rx_clocks <= CLOCKS_PER_BIT + CLOCKS_PER_BIT / 2 - 1;
            if (!line[1])
                rx_bits <= 9;
        end else if (rx_clocks != 0)
            rx_clocks <= rx_clocks - 1'b1;
        else begin
            rx_clocks <= CLOCKS_PER_BIT - 1;
            rx_bits <= rx_bits - 1'b1;
            if (rx_bits != 1)
                rx_byte <= {line[1], rx_byte[7:1]};
            else
                received <= 1; // in the middle of the stop bit
        end
    end

    wire out_valid;
    wire [{{ class_bits - 1 }}:0] out_class;
    wire [{{ n_classes * vote_bits - 1 }}:0] out_votes;
    reg [{{ 8 * (class_bytes + n_classes * vote_bytes) - 1 }}:0] answer;
    reg [{{ answer_bits - 1 }}:0] bytes_left = 0;
    network network (
        .clk(clk), .rst(rst), .in_again(again), .in_valid(received), .in_ready(in_ready), .in_data(rx_byte),
        .out_valid(out_valid), .out_ready(bytes_left == 0), .out_class(out_class), .out_votes(out_votes), .out_lines()
    );

    // an answer out, byte after byte: class and votes, each in whole bytes
    reg [{{ 8 * (class_bytes + n_classes * vote_bytes) - 1 }}:0] bytes;
    integer at;
    always @* begin
        bytes = 0;
        bytes[0 +: {{ class_bits }}] = out_class;
        for (at = 0; at < {{ n_classes }}; at = at + 1)
            bytes[{{ 8 * class_bytes }} + at * {{ 8 * vote_bytes }} +: {{ vote_bits }}] = out_votes[at * {{ vote_bits }} +: {{ vote_bits }}];
    end
    reg [15:0] tx_clocks = 0;
    reg [3:0] tx_bits = 0;
    reg [9:0] tx_byte = 10'h3ff;
    assign tx = tx_byte[0];
    always @(posedge clk) begin
        busy <= bytes_left != 0;
        if (out_valid && bytes_left == 0) begin
            answer <= bytes;
            bytes_left <= {{ class_bytes + n_classes * vote_bytes }};
            tx_bits <= 0;
        end else if (bytes_left != 0) begin
            if (tx_bits == 0) begin
                tx_byte <= {1'b1, answer[7:0], 1'b0};
                answer <= answer >> 8;
                tx_bits <= 10;
                tx_clocks <= CLOCKS_PER_BIT - 1;
            end else if (tx_clocks != 0)
                tx_clocks <= tx_clocks - 1'b1;
            else begin
                tx_clocks <= CLOCKS_PER_BIT - 1;
                tx_byte <= {1'b1, tx_byte[9:1]};
                tx_bits <= tx_bits - 1'b1;
                if (tx_bits == 1)
                    bytes_left <= bytes_left - 1'b1;
            end
        end
    end
endmodule

`default_nettype wire
