// {{ title }}: {{ facts }}
//
// Bytes of an image go in where in_valid and in_ready are both high, {{ n_places }} of them ({{ shape }}; 0 is dark, 255 light).
// The class and the votes come out where out_valid and out_ready are both high; votes of class 0 stand in the lowest
// {{ vote_bits }} bits. {{ clocks }} clocks an image; the next image is taken in meanwhile. Made by spikeloom {{ version }}.
`default_nettype none

module network (
    input wire clk,
    input wire rst,
    input wire in_again, // forgets the bytes of an image that is not whole
    input wire in_valid,
    output wire in_ready,
    input wire [7:0] in_data,
    output reg out_valid,
    input wire out_ready,
    output reg [{{ class_bits - 1 }}:0] out_class,
    output reg [{{ n_classes * vote_bits - 1 }}:0] out_votes,
    output wire [{{ n_outputs - 1 }}:0] out_lines // what spiked of the output lines, in the clock in which out_valid rises
);
    // The image that comes in, and the one that is seen: a bit a coded value, the first lowest.
    reg [{{ n_coded - 1 }}:0] incoming, image;
    reg [{{ place_bits - 1 }}:0] places_left;
    reg full;
{% if dithered %}
    reg [{{ row_bits - 1 }}:0] row;
    reg [{{ column_bits - 1 }}:0] column;
    reg [{{ channel_bits - 1 }}:0] channel;
    reg [{{ columns_bits - 1 }}:0] columns_left;
{% endif %}
    reg [{{ width - 1 }}:0] bits;
    always @* begin
{% if dithered %}
        bits = 0;
        case ({row, column})
{% for limits in patterns %}
            {{ limits.at }}: bits = { {{ limits.bits }} };
{% endfor %}
            default: ;
        endcase
{% else %}
        bits = { {{ limits }} };
{% endif %}
    end
    wire start;
    assign in_ready = ~full;
    always @(posedge clk)
        if (rst) begin
            full <= 0;
            places_left <= {{ n_places - 1 }};
{% if dithered %}
            row <= 0;
            column <= 0;
            channel <= 0;
            columns_left <= {{ n_columns - 1 }};
{% endif %}
        end else begin
            if (start) begin
                image <= incoming;
                full <= 0;
            end
            if (in_again && !full) begin
                places_left <= {{ n_places - 1 }};
{% if dithered %}
                row <= 0;
                column <= 0;
                channel <= 0;
                columns_left <= {{ n_columns - 1 }};
{% endif %}
            end else if (in_valid && in_ready) begin
                incoming <= {{ "{bits, incoming[" ~ (n_coded - 1) ~ ":" ~ width ~ "]}" if n_coded > width else "bits" }};
                full <= places_left == 0;
                places_left <= places_left == 0 ? {{ n_places - 1 }} : places_left - 1'b1;
{% if dithered %}
                channel <= channel == {{ channels - 1 }} ? 0 : channel + 1'b1;
                if (channel == {{ channels - 1 }}) begin
                    column <= columns_left == 0 || column == {{ right - 1 }} ? 0 : column + 1'b1;
                    columns_left <= columns_left == 0 ? {{ n_columns - 1 }} : columns_left - 1'b1;
                    if (columns_left == 0)
                        row <= places_left == 0 || row == {{ down - 1 }} ? 0 : row + 1'b1;
                end
{% endif %}
            end
        end

    // The walk over all cores: {{ lanes }} neuron{{ "s" if lanes > 1 }} a clock.
    reg running, fresh;
    reg [{{ address_bits - 1 }}:0] address;
    reg [{{ core_bits - 1 }}:0] core;
    reg [{{ group_bits - 1 }}:0] groups_left;
    reg [{{ group_bits - 1 }}:0] groups_of_next;
    reg waits, votes;
    always @* begin
        groups_of_next = 0;
        waits = 0; // a core that others feed waits until they have spiked
        votes = 0; // and one that votes until the votes before are counted
        case (core)
{% for core in cores %}
            {{ core_bits }}'d{{ loop.index0 }}: begin groups_of_next = {{ core.next - 1 if core.next else 0 }}; waits = {{ core.waits | int }}; votes = {{ core.votes | int }}; end
{% endfor %}
            default: ;
        endcase
    end

    // What is under way: whether a neuron's result is, whether it is an image's last, and of which core.
    reg [{{ latency }}:0] under_way, last_under_way;
    reg [{{ core_bits * (latency + 1) - 1 }}:0] core_under_way;
    reg done, counting;
    wire held = fresh && ((waits && |under_way) || (votes && (done || counting || |last_under_way)));
    wire issue = running && !held;
    wire last = core == {{ cores | length - 1 }} && groups_left == 0;
    assign start = full && !running && !under_way[0];
    always @(posedge clk) begin
        under_way <= {under_way[{{ latency - 1 }}:0], issue};
        last_under_way <= {last_under_way[{{ latency - 1 }}:0], issue && last};
        core_under_way <= {core_under_way[{{ core_bits * latency - 1 }}:0], core};
        if (start) begin
            running <= 1;
            fresh <= 1;
            address <= 0;
            core <= 0;
            groups_left <= {{ cores[0].groups - 1 }};
        end else if (issue) begin
            fresh <= groups_left == 0;
            address <= address + 1'b1;
            groups_left <= groups_left == 0 ? groups_of_next : groups_left - 1'b1;
            core <= groups_left == 0 ? core + 1'b1 : core;
            if (last)
                running <= 0;
        end
        if (rst) begin
            running <= 0;
            under_way <= 0;
            last_under_way <= 0;
        end
    end

    // What the axons of the core carry, taken as its rows are fetched; spikes that meet are one spike.
{% for core in cores %}
    wire [{{ n_positions - 1 }}:0] axons_{{ loop.index0 }} = {
{{ core.axons }}
    };
{% endfor %}
    // Chosen in two clocks: among neighbours, then, of many cores, among those, so that neither choice takes long.
    reg [{{ n_positions - 1 }}:0] {% for places in choices %}chosen_{{ loop.index0 }}, {% endfor %}axons;
    reg [{{ core_bits - 1 }}:0] core_chosen;
    always @(posedge clk) begin
        core_chosen <= core;
{% for places in choices %}
{% set number = loop.index0 %}
        case (core[{{ choice_bits - 1 }}:0])
{% for place in places %}
            {{ "default" if loop.last else loop.index0 }}: chosen_{{ number }} <= axons_{{ place }};
{% endfor %}
        endcase
{% endfor %}
{% if choices | length == 1 %}
        axons <= chosen_0;
{% else %}
        case (core_chosen[{{ core_bits - 1 }}:{{ choice_bits }}])
{% for places in choices %}
            {{ "default" if loop.last else loop.index0 }}: axons <= chosen_{{ loop.index0 }};
{% endfor %}
        endcase
{% endif %}
    end

    wire [{{ lanes - 1 }}:0] fired;
{% for lane in range(lanes) %}
    lane #(.ROWS("rows_{{ lane }}.mem")) lane_{{ lane }} (
        .clk(clk), .address(address), .axons(axons), .spike(fired[{{ lane }}])
    );
{% endfor %}

    // Spikes of every core, neuron 0 lowest: shifted in as its neurons come out of the lanes.
    wire [{{ core_bits - 1 }}:0] core_fired = core_under_way[{{ core_bits * (latency + 1) - 1 }} -: {{ core_bits }}];
{% for core in cores %}
    reg [{{ core.groups * lanes - 1 }}:0] spikes_{{ loop.index0 }};
    always @(posedge clk)
        if (under_way[{{ latency }}] && core_fired == {{ core_bits }}'d{{ loop.index0 }})
            spikes_{{ loop.index0 }} <= {{ "{fired, spikes_" ~ loop.index0 ~ "[" ~ (core.groups * lanes - 1) ~ ":" ~ lanes ~ "]}" if core.groups > 1 else "fired" }};
{% endfor %}

    assign out_lines = {
{{ output_wires }}
    };

    // The votes, class after class: bits by eights, then numbers by fours.
{% include "ones.v" %}
    reg [{{ n_votes_a_class - 1 }}:0] voting;
    reg [{{ class_bits - 1 }}:0] class_at;
    always @(posedge clk)
        case (class_at)
{% for wires in classes %}
            {{ "default" if loop.last else class_bits ~ "'d" ~ loop.index0 }}: voting <= {
{{ wires }}
            };
{% endfor %}
        endcase
{% for level in count %}
{% for sum in level %}
    reg [{{ sum.bits - 1 }}:0] {{ sum.name }};
{% endfor %}
{% endfor %}
    always @(posedge clk) begin
{% for level in count %}
{% for sum in level %}
        {{ sum.name }} <= {{ sum.expression }};
{% endfor %}
{% endfor %}
    end

    // A class is counted {{ count_latency }} clocks after it was asked for; the largest share wins, the first of equals.
    reg [{{ count_latency - 1 }}:0] asked;
    reg asking;
    reg [{{ class_bits - 1 }}:0] class_counted, best_class;
    reg [{{ score_bits - 1 }}:0] best;
    wire [{{ vote_bits - 1 }}:0] counted = {{ count[-1][0].name }}{{ " * " ~ vote_bits ~ "'d" ~ ticks if ticks > 1 }};
{% if same_voters %}
    wire [{{ score_bits - 1 }}:0] score = counted;
{% else %}
    reg [{{ score_bits - 1 }}:0] factor;
    always @*
        case (class_counted)
{% for factor in factors %}
            {{ class_bits }}'d{{ loop.index0 }}: factor = {{ score_bits }}'d{{ factor }};
{% endfor %}
            default: factor = 0;
        endcase
    wire [{{ score_bits - 1 }}:0] score = counted * factor;
{% endif %}
    wire better = class_counted == 0 || score > best;
    always @(posedge clk) begin
        asked <= {asked[{{ count_latency - 2 }}:0], asking};
        if (last_under_way[{{ latency }}])
            done <= 1;
        if (done && !counting && !out_valid) begin
            done <= 0;
            counting <= 1;
            asking <= 1;
            class_at <= 0;
            class_counted <= 0;
        end
        if (asking) begin
            class_at <= class_at + 1'b1;
            asking <= class_at != {{ n_classes - 1 }};
        end
        if (asked[{{ count_latency - 1 }}]) begin
            out_votes <= {{ "{counted, out_votes[" ~ (n_classes * vote_bits - 1) ~ ":" ~ vote_bits ~ "]}" if n_classes > 1 else "counted" }};
            class_counted <= class_counted + 1'b1;
            if (better) begin
                best <= score;
                best_class <= class_counted;
            end
            if (class_counted == {{ n_classes - 1 }}) begin
                counting <= 0;
                out_valid <= 1;
                out_class <= better ? class_counted : best_class;
            end
        end
        if (out_valid && out_ready)
            out_valid <= 0;
        if (rst) begin
            done <= 0;
            counting <= 0;
            asking <= 0;
            asked <= 0;
            out_valid <= 0;
        end
    end
endmodule

`default_nettype wire
